SELECT source, "Händler", Umsatz FROM drops ORDER BY rowid;
