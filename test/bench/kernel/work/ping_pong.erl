%% Two processes: a request and its answer, the same small message both ways.
-module(ping_pong).
-export([main/2]).

-define(ROUND_TRIPS, 20000).

main(Kind, Options) ->
    measure:run(Options, fun() ->
        Echo = spawn_opt(fun() -> echo(Kind) end, Options),
        measure:rounds(?ROUND_TRIPS, fun() -> ask(Kind, Echo, ?ROUND_TRIPS) end)
    end).

echo(tag) -> echo_map();
echo(ref) -> echo_ref();
echo(tuple) -> echo_tuple().

ask(tag, Echo, N) -> ask_map(Echo, N);
ask(ref, Echo, N) -> ask_ref(Echo, N);
ask(tuple, Echo, N) -> ask_tuple(Echo, N).

ask_map(_, 0) -> ok;
ask_map(Echo, N) ->
    Echo ! #{type => ping, from => self(), n => N},
    receive #{type := pong, n := N} -> ask_map(Echo, N - 1) end.

echo_map() ->
    receive
        #{type := ping, from := From, n := N} ->
            From ! #{type => pong, from => self(), n => N},
            echo_map()
    end.

ask_ref(_, 0) -> ok;
ask_ref(Echo, N) ->
    Ref = make_ref(),
    Echo ! #{type => ping, from => self(), n => Ref},
    receive #{type := pong, n := Ref} -> ask_ref(Echo, N - 1) end.

echo_ref() ->
    receive
        #{type := ping, from := From, n := Ref} ->
            From ! #{type => pong, from => self(), n => Ref},
            echo_ref()
    end.

ask_tuple(_, 0) -> ok;
ask_tuple(Echo, N) ->
    Echo ! {ping, self(), N},
    receive {pong, _, N} -> ask_tuple(Echo, N - 1) end.

echo_tuple() ->
    receive
        {ping, From, N} ->
            From ! {pong, self(), N},
            echo_tuple()
    end.
