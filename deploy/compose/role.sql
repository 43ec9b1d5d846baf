-- Run by PostgreSQL's container when it makes its cluster: the platform works as a role that owns one database.
\set password `cat /run/secrets/database_password`
create role pedidos login password :'password';
create database pedidos owner pedidos;
