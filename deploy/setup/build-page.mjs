/** Bundles the dashboard, copies its files and compresses them; nothing is compressed at run time. */
