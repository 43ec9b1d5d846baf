drop index dead_letters_by_status;
drop table dead_letter_job_letters;
drop table dead_letter_jobs;
