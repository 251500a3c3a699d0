include_HEADERS += %D%/tributary.h
trib_include_HEADERS += %D%/tributary/arrow.h %D%/tributary/value.h %D%/tributary/expr.h %D%/tributary/sql.h \
  %D%/tributary/metrics.h
EXTRA_DIST += %D%/README.md
