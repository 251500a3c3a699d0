libcore_la_SOURCES += %D%/decode.c %D%/decode.h %D%/decode_csv.c %D%/decode_fill.c %D%/decode_head.c %D%/decode_json.c %D%/decode_reject.c %D%/decode_reject.h %D%/decode_view.h \
                      %D%/format.c
libcore_la_SOURCES += %D%/ole.c %D%/ole.h %D%/sheet_grid.c %D%/sheet_grid.h %D%/xls.h %D%/xls_strings.c
libcore_la_SOURCES += %D%/parquet.c %D%/parquet.h %D%/sheet.c %D%/sheet.h %D%/sheet_value.c %D%/sheet_value.h %D%/xls.c %D%/xlsx.c %D%/xlsx.h %D%/xlsx_book.c \
                      %D%/xlsx_part.c %D%/xml.c %D%/xml.h
libcore_la_SOURCES += %D%/bytes.c %D%/bytes.h %D%/cells.c %D%/cells.h %D%/find.c %D%/format.h %D%/glob.c %D%/gzip.c %D%/inflate.c %D%/local.c %D%/source.h \
                      %D%/stream.c %D%/stream.h %D%/zip.c %D%/zip.h %D%/zip_dir.c %D%/zip_name.c
libcore_la_SOURCES += %D%/codec.c %D%/foreign.c %D%/foreign.h %D%/members.c %D%/memory.c %D%/pack.c %D%/pack.h %D%/shelf.c %D%/shelf.h
libcore_la_SOURCES += %D%/decode_fixed.c %D%/decode_head.h %D%/decode_names.c %D%/decode_record.c %D%/decode_rows.c %D%/decode_rows.h %D%/decode_sniff.c \
                      %D%/decode_total.c %D%/decode_total.h
libcore_la_SOURCES += %D%/decode_many.c %D%/decode_paths.c %D%/lines.c %D%/lines.h %D%/lines_html.c %D%/lines_json.c %D%/expat.c %D%/expat.h %D%/lines_xml.c %D%/xml_tree.c %D%/xml_tree.h
libcore_la_SOURCES += %D%/decode_infer.c %D%/decode_reading.c
EXTRA_DIST += %D%/README.md
