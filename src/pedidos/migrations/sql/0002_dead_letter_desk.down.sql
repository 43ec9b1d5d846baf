drop table dead_letter_actions;
drop function refuse_audit_change();
alter table dead_letters drop column headers;
alter table dead_letters drop column key;
