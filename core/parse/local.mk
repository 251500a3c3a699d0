libcore_la_SOURCES +=
libcore_la_SOURCES += %D%/dec.c %D%/dec.h %D%/dec_text.c
libcore_la_SOURCES += %D%/guess.c %D%/guess.h %D%/locale.c %D%/number.c %D%/number.h %D%/number_x86.c
libcore_la_SOURCES += %D%/date.c %D%/date.h %D%/date_format.c %D%/period.c %D%/moment.c %D%/moment.h %D%/zone.c %D%/zone.h %D%/zone_file.c %D%/zone_file.h
libcore_la_SOURCES += %D%/expr.h %D%/expr_bind.c %D%/expr_cast.c %D%/expr_cond.c %D%/expr_json.c %D%/expr_json.h %D%/expr_list.c %D%/expr_more.c \
                      %D%/expr_node.h %D%/expr_num.c %D%/expr_parse.c %D%/expr_run.c %D%/expr_text.c %D%/expr_time.c %D%/expr_token.c \
                      %D%/expr_token.h %D%/expr_words.c
libcore_la_SOURCES += %D%/html_text.c %D%/html_tokens.c %D%/html_tokens.h
libcore_la_SOURCES += %D%/json_check.c %D%/json_index.c %D%/json_index.h %D%/json_plan.c %D%/json_plan.h %D%/json_split.c %D%/json_split.h %D%/json_strict.c %D%/json_strict.h \
                      %D%/json_text.c %D%/json_walk.c %D%/json_walk.h
libcore_la_SOURCES += %D%/scan.c %D%/scan.h %D%/scan_kernel.h %D%/scan_kernels.h %D%/scan_serial.h %D%/scan_x86.c %D%/scan_arm.c %D%/utf.c %D%/utf.h %D%/utf_tables.c
EXTRA_DIST += %D%/README.md %D%/utf_tables.py
