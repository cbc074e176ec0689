%% Ten thousand processes in a ring pass one token round it a hundred times.
-module(ring).
-export([main/2]).

-define(PROCESSES, 10000).
-define(HOPS, (?PROCESSES * 100)).

main(Kind, Options) ->
    measure:run(Options, fun() ->
        Home = self(),
        First = spawn_opt(fun() -> receive {next, Next} -> pass(Kind, Next, Home) end end, Options),
        First ! {next, build(?PROCESSES - 1, Kind, First, Home, Options)},
        measure:rounds(?HOPS, fun() ->
            First ! token(Kind),
            receive home -> ok end
        end)
    end).

build(0, _, Next, _, _) -> Next;
build(N, Kind, Next, Home, Options) ->
    Pid = spawn_opt(fun() -> pass(Kind, Next, Home) end, Options),
    build(N - 1, Kind, Pid, Home, Options).

token(integer) -> ?HOPS;
token(map) -> #{type => token, n => ?HOPS}.

pass(integer, Next, Home) -> pass_integer(Next, Home);
pass(map, Next, Home) -> pass_map(Next, Home).

pass_integer(Next, Home) ->
    receive
        0 -> Home ! home;
        N -> Next ! N - 1
    end,
    pass_integer(Next, Home).

pass_map(Next, Home) ->
    receive
        #{type := token, n := 0} -> Home ! home;
        #{type := token, n := N} -> Next ! #{type => token, n => N - 1}
    end,
    pass_map(Next, Home).
