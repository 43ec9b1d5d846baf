drop table one_time_tokens;
drop table mails;
drop function refuse_mail_change();
alter table accounts drop column verified_at;
