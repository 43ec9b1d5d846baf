alter table webhook_queues drop column openings, drop column held_told_at, drop column given_up_told;
alter table mails drop column endpoint_id;
