SELECT count(*) AS n, sum(n) AS s FROM cut;
