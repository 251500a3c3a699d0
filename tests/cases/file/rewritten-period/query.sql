SELECT period, partner, users FROM usage ORDER BY 1, 2;
