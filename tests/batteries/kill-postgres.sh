#!/bin/bash
exec "$(dirname "$0")/kill.sh" postgres
