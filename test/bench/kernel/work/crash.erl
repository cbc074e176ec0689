%% A linked process crashes; the one that traps exits sees it and starts the next.
-module(crash).
-export([main/2, exits/0, fails/0]).

-define(CRASHES, 2000).

%% error makes a report with a stack: nobody prints it here.
main(How, Options) ->
    logger:set_primary_config(level, none),
    Body = case How of exit -> exits; error -> fails end,
    measure:run(Options, fun() ->
        process_flag(trap_exit, true),
        measure:rounds(?CRASHES, fun() -> respawn(?CRASHES, Body, [link | Options]) end)
    end).

respawn(0, _, _) -> ok;
respawn(N, Body, [link]) ->
    Pid = spawn_link(?MODULE, Body, []),
    receive {'EXIT', Pid, _} -> respawn(N - 1, Body, [link]) end;
respawn(N, Body, Options) ->
    Pid = spawn_opt(?MODULE, Body, [], Options),
    receive {'EXIT', Pid, _} -> respawn(N - 1, Body, Options) end.

exits() -> exit(boom).

fails() -> error(boom).
