/**
 * The program that chooses a slot where slots are folders, `slots` beside them: plain POSIX shell, because it must not
 * come from a release that may be broken, and work where there is nothing else. It does what `atBoot` of `slot-steps.ts`
 * says (a test compares both), and starts what has to be started.
 *
 * | word | what |
 * | --- | --- |
 * | `step` | takes a try, falls back, lets `current` lead to the slot: the service runs it before the guardian. Where a try cannot be written down (a full disk), the active slot is started |
 * | `run ...` | for machines without systemd: `step`, the board and its trial, again after an update; the words go to `holdfast run` |
 * | `trial [pid]` | the trial, if there is one, of the board with that process number, if it is still there; when its program fails or says nothing for an hour: the board again, one try less |
 * | `restart` | ends the board in order, so that whoever started it does so again |
 * | any other | a verb of the release that runs, such as `receive`; it is told where the slots are |
 *
 * A board that is killed within its trial has lost a try, as one that is reset has.
 */

/** The file's name in the folder of slots. */
export const SLOT_PROGRAM = "slots";

/** Longer than any trial: the 30 minutes of a missing link, and what starting takes on a slow machine. */
const LONGEST_TRIAL_S = 3600;

export const SLOT_PROGRAM_TEXT = `#!/bin/sh
# Holdfast: which release this board starts. It lies outside of the releases, so that none of them can break it.
set -u
root=$(cd "$(dirname "$0")" && pwd -P)
HOLDFAST_SLOTS=$root
export HOLDFAST_SLOTS
# Ports and the like, for whoever comes by ssh: lines "export NAME=value".
[ ! -f "$root/environment" ] || . "$root/environment"
record=$root/record

field() { sed -n "s/^$1=//p" "$record" 2>/dev/null | head -n 1; }
usable() { [ -x "$root/$1/bin/holdfast" ]; }

# On stable storage: the file or folder alone where the tool can do that, everything elsewhere.
to_disk() { sync "$1" 2>/dev/null || sync; }

# Replaces fields, name=value each, and counts the write.
write() {
  script="s/^sequence=.*/sequence=$(($(field sequence) + 1))/"
  for change in "$@"; do
    script="$script;s/^\${change%%=*}=.*/$change/"
  done
  sed -e "$script" "$record" >"$record.new" && to_disk "$record.new" && mv "$record.new" "$record" && to_disk "$root"
}

lead_to() {
  [ "$(readlink "$root/current")" = "$1" ] && return
  rm -f "$root/current.new"
  ln -s "$1" "$root/current.new" && mv -T "$root/current.new" "$root/current" && to_disk "$root"
}

fall_back() {
  release=$(field "release_$trying")
  list=
  count=0
  for id in $(field refused); do
    [ "$id" = "$release" ] || { list="$list $id"; count=$((count + 1)); }
  done
  [ -z "$release" ] || { list="$list $release"; count=$((count + 1)); }
  set -- $list
  [ "$count" -le 8 ] || shift
  write trying= tries=0 outcome=fellBack "outcome_of=$release" told=0 "refused=$*" "reason=slot $trying $why"
  lead_to "$active"
  echo "holdfast: slot $trying $why: back to $active" >&2
}

step() {
  active=$(field active)
  trying=$(field trying)
  tries=$(field tries)
  case "$(field format)$active" in
    1a | 1b) ;;
    *) echo "holdfast: $record is no record: starting what $root/current leads to" >&2; return ;;
  esac
  if [ -z "$trying" ]; then
    other=b
    [ "$active" = a ] || other=a
    if usable "$active"; then lead_to "$active"; else lead_to "$other"; fi
  elif [ "$tries" -gt 0 ] && usable "$trying"; then
    if write "tries=$((tries - 1))"; then
      lead_to "$trying"
      echo "holdfast: slot $trying is on trial, $((tries - 1)) more boots" >&2
    else
      # A try that is not written down would be had for ever.
      lead_to "$active"
      echo "holdfast: $record cannot be written: slot $trying is not tried, $active is started" >&2
    fi
  else
    why="did not hold in any of its boots"
    [ "$tries" -eq 0 ] || why="cannot be mounted"
    fall_back
  fi
}

restart() {
  if [ -f "$root/board.pid" ]; then
    : >"$root/again"
    kill "$(cat "$root/board.pid")"
  else
    # The service starts it again, whatever its end. 0: it starts already, or was stopped; kill 0 ends who asks.
    pid=$(systemctl show -P MainPID holdfast.service)
    [ "\${pid:-0}" -eq 0 ] || kill "$pid"
  fi
}

trial() {
  trying=$(field trying)
  [ -n "$trying" ] || [ "$(field told)" = 0 ] || exit 0
  # Another slot runs, since the record could not be written: how that does says nothing of the one on trial.
  [ -z "$trying" ] || [ "$(readlink "$root/current")" = "$trying" ] || exit 0
  program=
  clock=
  trap 'kill $program $clock 2>/dev/null; exit 1' TERM
  # A board that crashed at once: the signal came while this was a fork of the shell that sent it, whose trap took it.
  [ -z "\${1:-}" ] || kill -0 "$1" 2>/dev/null || exit 1
  "$root/current/bin/holdfast" trial &
  program=$!
  (
    sleep ${LONGEST_TRIAL_S} &
    nap=$!
    trap 'kill $nap; exit' TERM
    wait $nap
    kill -9 $program
  ) >/dev/null 2>&1 &
  clock=$!
  wait $program
  code=$?
  kill $clock 2>/dev/null
  [ $code -eq 0 ] && exit 0
  echo "holdfast: the trial's program ended with $code" >&2
  # Without its verdict nothing is confirmed: the next start takes a try.
  [ -n "$(field trying)" ] && restart
  exit $code
}

run() {
  rm -f "$root/again" "$root/board.pid"
  last=
  for word in "$@"; do
    # Whoever looks at the board has to know where.
    [ "$last" != --http-port ] || export HOLDFAST_HTTP_PORT="$word"
    last=$word
  done
  watch=
  trap '[ -z "$board" ] || kill "$board"; stop=1' TERM INT HUP
  stop=
  while :; do
    board=
    step
    "$root/current/bin/holdfast" run "$@" &
    board=$!
    echo $board >"$root/board.pid"
    "$root/slots" trial $board &
    watch=$!
    while kill -0 $board 2>/dev/null; do wait $board; code=$?; done
    rm -f "$root/board.pid"
    kill $watch 2>/dev/null
    wait $watch 2>/dev/null
    [ -z "$stop" ] || exit $code
    # Another start was asked for, or a release on trial ended by itself: that costs it a try.
    if [ -f "$root/again" ]; then rm -f "$root/again"; else [ -n "$(field trying)" ] || exit $code; sleep 1; fi
  done
}

word=\${1:-}
[ $# -eq 0 ] || shift
case $word in
  step) step ;;
  run) run "$@" ;;
  trial) trial "$@" ;;
  restart) restart ;;
  "") echo "usage: $0 step | run [words of holdfast run] | trial | restart | any verb of holdfast" >&2; exit 2 ;;
  *) exec "$root/current/bin/holdfast" "$word" "$@" ;;
esac
`;
