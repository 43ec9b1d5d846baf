drop table audit_log;
drop table audit_log_number;
drop function number_audit_entry();
