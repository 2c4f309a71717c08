-- Sends the steps of a case to the server that holds its office. Run last, as sanzhi_owner, after
-- functions.sql and rights.sql. Optional: without it every function runs on the first server and
-- asks the others statement by statement, which is slower and otherwise the same.
--
-- The inner functions must stand on every server before api.act may run there. Doors that ask for
-- the log-in inside a statement, that grant roles, or that keep files stay on the first server.

do $$
declare v_function regprocedure;
begin
  for v_function in
    select oid::regprocedure from pg_proc where pronamespace = 'app'::regnamespace
       and prorettype <> 'trigger'::regtype
       and proname not in ('make_login', 'make_office_roles', 'sync_member', 'made_here')
     order by 1
  loop
    perform create_distributed_function(v_function);
  end loop;
  perform create_distributed_function(
    'api.act(integer, text, text, integer, text, text, jsonb)',
    'p_office', colocate_with => 'app.case_');
end $$;
