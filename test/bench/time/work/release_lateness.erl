%% Erlang/OTP: a process released every millisecond by erlang:send_after with absolute times, on a fixed grid.
%% Prints how late each release was, as `lateness.ts` has it.
-module(release_lateness).
-export([main/1]).

-define(MOST_US, 20000).

main(Seconds) ->
    Self = self(),
    %% High: ahead of everything else in this virtual machine.
    spawn_opt(fun() -> Self ! {done, run(Seconds)} end, [{priority, high}]),
    receive {done, Json} -> io:put_chars([Json, "\n"]) end.

run(Seconds) ->
    Counts = counters:new(?MOST_US + 1, []),
    First = erlang:monotonic_time(millisecond) + 2,
    From = First + 1000,
    loop(First, From, From + Seconds * 1000, Counts, 0, 0, 0).

loop(Release, _From, End, Counts, Over, Worst, Skipped) when Release >= End ->
    json(Counts, Over, Worst, Skipped);
loop(Release, From, End, Counts, Over, Worst, Skipped) ->
    erlang:send_after(Release, self(), tick, [{abs, true}]),
    receive tick -> ok end,
    Late = max(0, erlang:monotonic_time(microsecond) - Release * 1000),
    Passed = Late div 1000,
    Next = Release + Passed + 1,
    case Release >= From of
        false -> loop(Next, From, End, Counts, Over, Worst, Skipped);
        true when Late > ?MOST_US ->
            loop(Next, From, End, Counts, Over + 1, max(Worst, Late), Skipped + Passed);
        true ->
            counters:add(Counts, Late + 1, 1),
            loop(Next, From, End, Counts, Over, max(Worst, Late), Skipped + Passed)
    end.

json(Counts, Over, Worst, Skipped) ->
    Pairs = [io_lib:format("[~b,~b]", [Us, counters:get(Counts, Us + 1)])
             || Us <- lists:seq(0, ?MOST_US), counters:get(Counts, Us + 1) > 0],
    io_lib:format("{\"counts\":[~s],\"over\":~b,\"worstUs\":~b,\"skipped\":~b}",
                  [lists:join(",", Pairs), Over, Worst, Skipped]).
