%% Starts and cancels timers while a million others run.
-module(timers).
-export([main/2]).

-define(LIVE, 1000000).
-define(ROUND, 100000).

main({What, Cancel}, Options) ->
    measure:run(Options, fun() ->
        start(?LIVE, []),
        measure:rounds_without(?ROUND, fun() -> round(What, Cancel) end)
    end).

round(start, Cancel) ->
    Begin = now_us(),
    Refs = start(?ROUND, []),
    Wall = now_us() - Begin,
    cancel(Cancel, Refs),
    Wall;
round(cancel, Cancel) ->
    Refs = start(?ROUND, []),
    Begin = now_us(),
    cancel(Cancel, Refs),
    now_us() - Begin.

start(0, Refs) -> Refs;
start(N, Refs) ->
    start(N - 1, [erlang:start_timer(600000 + (N * 7919) rem 3600000, self(), #{type => tick}) | Refs]).

cancel(_, []) -> ok;
cancel(sync, [Ref | Refs]) ->
    true = is_integer(erlang:cancel_timer(Ref)),
    cancel(sync, Refs);
cancel(async, [Ref | Refs]) ->
    ok = erlang:cancel_timer(Ref, [{async, true}, {info, false}]),
    cancel(async, Refs).

now_us() -> erlang:monotonic_time(microsecond).
