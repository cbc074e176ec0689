%% A process starts others that end at once; the last of a hundred says so.
-module(spawn_end).
-export([main/2, ends/0, tells/1]).

-define(BATCH, 100).
-define(BATCHES, 100).

%% The same call with and without options: spawn_opt with none costs a little more.
main(_, []) ->
    measure:run([], fun() -> measure:rounds(?BATCH * ?BATCHES, fun() -> plain(?BATCHES) end) end);
main(_, Options) ->
    measure:run(Options, fun() -> measure:rounds(?BATCH * ?BATCHES, fun() -> batches(?BATCHES, Options) end) end).

plain(0) -> ok;
plain(N) ->
    plain_batch(?BATCH - 1),
    spawn(?MODULE, tells, [self()]),
    receive last -> ok end,
    plain(N - 1).

plain_batch(0) -> ok;
plain_batch(N) ->
    spawn(?MODULE, ends, []),
    plain_batch(N - 1).

batches(0, _) -> ok;
batches(N, Options) ->
    batch(?BATCH - 1, Options),
    spawn_opt(?MODULE, tells, [self()], Options),
    receive last -> ok end,
    batches(N - 1, Options).

batch(0, _) -> ok;
batch(N, Options) ->
    spawn_opt(?MODULE, ends, [], Options),
    batch(N - 1, Options).

ends() -> ok.

tells(To) -> To ! last.
