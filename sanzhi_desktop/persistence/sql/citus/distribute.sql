-- Spreads the tables over the servers of a Citus cluster. Run after tables.sql, as sanzhi_owner, in
-- one transaction. Every table goes by office_id and stays together with the others of its office;
-- the revision is the same everywhere.
--
-- Foreign keys may not point from or to a table that is being spread, so they step aside meanwhile
-- and are put back unchanged; the start-up check looks for every one of them.

set local search_path = app;
set local citus.multi_shard_modify_mode = 'sequential';

do $$
declare
  v_keys jsonb; k jsonb; v_table text;
begin
  select jsonb_agg(jsonb_build_object('relation', c.relname, 'name', o.conname,
      'text', pg_get_constraintdef(o.oid)) order by c.relname, o.conname)
    into v_keys
    from pg_constraint o join pg_class c on c.oid = o.conrelid
   where o.connamespace = 'app'::regnamespace and o.contype = 'f';
  for k in select value from jsonb_array_elements(v_keys) loop
    execute format('alter table app.%I drop constraint %I', k ->> 'relation', k ->> 'name');
  end loop;
  if to_regclass('app.schema_revision') is not null then
    perform create_reference_table('app.schema_revision');
  end if;
  perform create_distributed_table('app.office', 'office_id');
  for v_table in
    select relname from pg_class where relnamespace = 'app'::regnamespace and relkind = 'r'
       and relname not in ('schema_revision', 'office') order by relname
  loop
    perform create_distributed_table(format('app.%I', v_table), 'office_id',
      colocate_with => 'app.office');
  end loop;
  for k in select value from jsonb_array_elements(v_keys) loop
    execute format('alter table app.%I add constraint %I %s', k ->> 'relation', k ->> 'name',
      k ->> 'text');
  end loop;
end $$;
