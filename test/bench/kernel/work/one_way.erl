%% One sender, one receiver, no answers but one after each window. With the window of a round the sender never
%% waits: Erlang's mailboxes have no bound.
-module(one_way).
-export([main/2]).

-define(ROUND, 100000).

main({Kind, Window}, Options) ->
    measure:run(Options, fun() ->
        Sender = self(),
        Receiver = spawn_opt(fun() -> count(Kind, Window, Sender) end, Options),
        measure:rounds(?ROUND, fun() -> windows(?ROUND div Window, Window, Kind, Receiver) end)
    end).

windows(0, _, _, _) -> ok;
windows(Left, Window, Kind, Receiver) ->
    send(Kind, 0, Window, Receiver),
    receive seen -> windows(Left - 1, Window, Kind, Receiver) end.

send(_, Window, Window, _) -> ok;
send(map, N, Window, Receiver) ->
    Receiver ! #{type => data, n => N},
    send(map, N + 1, Window, Receiver);
send(integer, N, Window, Receiver) ->
    Receiver ! N,
    send(integer, N + 1, Window, Receiver).

count(map, Window, Sender) -> count_map(0, Window, Sender);
count(integer, Window, Sender) -> count_integer(0, Window, Sender).

count_map(Window, Window, Sender) ->
    Sender ! seen,
    count_map(0, Window, Sender);
count_map(N, Window, Sender) ->
    receive #{type := data, n := N} -> count_map(N + 1, Window, Sender) end.

count_integer(Window, Window, Sender) ->
    Sender ! seen,
    count_integer(0, Window, Sender);
count_integer(N, Window, Sender) ->
    receive N -> count_integer(N + 1, Window, Sender) end.
