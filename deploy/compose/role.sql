-- Run by PostgreSQL's container when it makes its cluster, and again by hand after an upgrade (docs/operations.md): the
-- owner of the tables, and a role for each kind of process, which gets its rights from setup.
\set password `cat /run/secrets/database_password`
\i /run/secrets/database_roles.psql
select format('create role %I', name)
from unnest(array['pedidos', 'pedidos_api', 'pedidos_live', 'pedidos_web', 'pedidos_relay', 'pedidos_bridge',
                  'pedidos_notifier', 'pedidos_worker', 'pedidos_scheduler', 'pedidos_operator']) as name
where to_regrole(name) is null \gexec
alter role pedidos login password :'password';
alter role pedidos_api login password :'api';
alter role pedidos_live login password :'live';
alter role pedidos_web login password :'web';
alter role pedidos_relay login password :'relay';
alter role pedidos_bridge login password :'bridge';
alter role pedidos_notifier login password :'notifier';
alter role pedidos_worker login password :'worker';
alter role pedidos_scheduler login password :'scheduler';
alter role pedidos_operator login password :'operator';
-- To say what the sessions of others do that hold up publishing.
grant pg_read_all_stats to pedidos, pedidos_relay, pedidos_scheduler, pedidos_operator;
select 'create database pedidos owner pedidos' where not exists (select from pg_database where datname = 'pedidos') \gexec
-- The superuser has no password any more: it can come by the socket in this container alone.
alter role postgres password null;
