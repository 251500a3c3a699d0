EXTRA_DIST += %D%/recategorise.md
EXTRA_DIST += %D%/formats.md
EXTRA_DIST += %D%/file.md
