%% What an idle process takes, after a collection of each: memory of the processes with and without many that wait.
-module(idle).
-export([main/2, wait/0]).

main({How, Count}, Options) ->
    many(How, 1000, Options),
    Before = erlang:memory(processes),
    Pids = many(How, Count, Options),
    [erlang:garbage_collect(Pid) || Pid <- Pids, How =:= waits],
    erlang:garbage_collect(),
    %% The list of pids is ours: two words each.
    Lists = 2 * erlang:system_info(wordsize) * Count,
    measure:print((erlang:memory(processes) - Before - Lists) / Count).

many(How, Count, Options) ->
    Parent = self(),
    Pids = [spawn_opt(fun() -> begin_to_wait(How) end, Options) || _ <- lists:seq(2, Count)],
    spawn_opt(fun() -> Parent ! waits, begin_to_wait(How) end, Options),
    receive waits -> Pids end.

begin_to_wait(waits) -> wait();
begin_to_wait(hibernates) -> erlang:hibernate(?MODULE, wait, []).

wait() -> receive never -> ok end.
