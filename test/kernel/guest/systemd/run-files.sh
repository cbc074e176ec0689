#!/bin/sh
# The files of the kernel guest one after the other, as init.sh runs them where there is no systemd.
number=0
while read -r file; do
  number=$((number + 1))
  cut -d' ' -f1 /proc/uptime > "/results/$number.began"
  /bin/sh /results/run "$file" > "/results/$number.log" 2>&1 < /dev/null
  echo $? > "/results/$number.code"
  cut -d' ' -f1 /proc/uptime > "/results/$number.ended"
done < /results/files
sync
