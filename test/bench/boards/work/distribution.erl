%% Calls and messages between two nodes of Erlang distribution on the loopback interface, as `call-bodies.ts` does them.
-module(distribution).
-behaviour(gen_server).
-export([serve/0, main/3, sink/1]).
-export([init/1, handle_call/3, handle_cast/2]).

-define(WINDOW, 1000).
-define(ACKNOWLEDGED, 250).
-define(TEXT, <<"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx">>).

%% The other node: it ends with its standard input.
serve() ->
    {ok, _} = gen_server:start({local, echo}, ?MODULE, [], []),
    io:format("ready~n"),
    eof = io:get_line(""),
    halt().

init([]) -> {ok, none}.
handle_call({echo, N, Text}, _, State) -> {reply, {N, Text}, State}.
handle_cast(_, State) -> {noreply, State}.

%% Prints two numbers: us of a call (median), us of all messages; each after a warm-up.
main(Node, {CallsBefore, Calls}, {Before, Messages}) ->
    true = net_kernel:connect_node(Node),
    [call(Node, N) || N <- lists:seq(1, CallsBefore)],
    Times = [call(Node, N) || N <- lists:seq(1, Calls)],
    Sink = spawn(Node, ?MODULE, sink, [1]),
    pour(Sink, 0, 0, Before),
    Since = erlang:monotonic_time(microsecond),
    pour(Sink, Before, Before, Before + Messages),
    Poured = erlang:monotonic_time(microsecond) - Since,
    io:format("~p ~p~n", [lists:nth(Calls div 2, lists:sort(Times)), Poured]).

call(Node, N) ->
    Since = erlang:monotonic_time(microsecond),
    {N, _} = gen_server:call({echo, Node}, {echo, N, ?TEXT}),
    erlang:monotonic_time(microsecond) - Since.

pour(_, _, Got, Count) when Got >= Count -> ok;
pour(Sink, N, Got, Count) when N < Count, N < Got + ?WINDOW ->
    Sink ! {drop, self(), N, ?TEXT},
    pour(Sink, N + 1, Got, Count);
pour(Sink, N, _, Count) ->
    receive {got, More} -> pour(Sink, N, More, Count) end.

sink(Got) ->
    receive {drop, From, _, _} when Got rem ?ACKNOWLEDGED =:= 0 -> From ! {got, Got};
            {drop, _, _, _} -> ok
    end,
    sink(Got + 1).
