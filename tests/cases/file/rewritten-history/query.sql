SELECT partner, day, users, valid_from, valid_to FROM usage ORDER BY 1, 2, 4;
