SELECT period_start, value_dec FROM v_current ORDER BY 1;
