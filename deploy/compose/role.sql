-- Run by PostgreSQL's container when it makes its cluster: the platform works as a role that owns one database.
\set password `cat /run/secrets/database_password`
create role pedidos login password :'password';
grant pg_read_all_stats to pedidos; -- to say what the sessions of others do that hold up publishing
create database pedidos owner pedidos;
