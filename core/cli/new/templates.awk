# templates.awk - files as a C table: awk -f templates.awk FILE... ; a file is named by its last two parts.
BEGIN { print "/* Made from core/cli/new by templates.awk. */\n#include <stddef.h>\n#include \"cli/new.h\"\n\nconst struct tribx_template tribx_templates[] = {" }
FNR == 1 { if (NR > 1) print "\t},"; n = split(FILENAME, part, "/"); printf "\t{ \"%s/%s\",\n", part[n - 1], part[n] }
{ gsub(/\\/, "&&"); gsub(/"/, "\\\""); gsub(/\t/, "\\t"); printf "\t\t\"%s\\n\"\n", $0 }
END { print "\t},\n\t{ NULL, NULL }\n};" }
