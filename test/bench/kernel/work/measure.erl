%% The clock of one measurement: rounds of a fixed number of operations, first until the code is warm, then until
%% the time is long enough. Prints one JSON object: us an operation, and processor time of all threads.
-module(measure).
-export([run/2, rounds/2, rounds_without/2, print/1]).

-define(WARM_UP_US, 400000).
-define(MEASURED_US, 600000).

%% Runs Fun in a process with these options; ends the emulator with an error when it fails.
run(Options, Fun) ->
    {Pid, Ref} = spawn_opt(Fun, [monitor | Options]),
    receive
        {'DOWN', Ref, process, Pid, normal} -> ok;
        {'DOWN', Ref, process, Pid, Reason} -> io:format(standard_error, "~p~n", [Reason]), halt(1)
    end.

rounds(Operations, Round) ->
    warm_up(now_us() + ?WARM_UP_US, Round),
    {Cpu, _} = statistics(runtime),
    Start = now_us(),
    Count = repeat(Start + ?MEASURED_US, Round, 0),
    Wall = now_us() - Start,
    {CpuEnd, _} = statistics(runtime),
    Done = Count * Operations,
    io:format("{\"value\":~w,\"cpu\":~w}~n", [Wall / Done, (CpuEnd - Cpu) * 1000 / Done]).

%% As rounds, where a round says itself how many us of it count.
rounds_without(Operations, Round) ->
    warm_up(now_us() + ?WARM_UP_US, Round),
    {Count, Wall} = add_up(Round, 0, 0),
    io:format("{\"value\":~w}~n", [Wall / (Count * Operations)]).

print(Value) ->
    io:format("{\"value\":~w}~n", [Value]).

warm_up(Until, Round) ->
    Round(),
    case now_us() < Until of
        true -> warm_up(Until, Round);
        false -> ok
    end.

repeat(Until, Round, Count) ->
    Round(),
    case now_us() < Until of
        true -> repeat(Until, Round, Count + 1);
        false -> Count + 1
    end.

add_up(_, Count, Wall) when Wall >= ?MEASURED_US -> {Count, Wall};
add_up(Round, Count, Wall) -> add_up(Round, Count + 1, Wall + Round()).

now_us() -> erlang:monotonic_time(microsecond).
