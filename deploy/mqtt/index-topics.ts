/** The topics that a board's index names; none where it is no index. */
export function indexTopics(payload: Uint8Array): string[] {
  try {
    const { topics } = JSON.parse(Buffer.from(payload).toString("utf8"));
    return Array.isArray(topics) ? topics.filter((topic) => typeof topic === "string") : [];
  } catch {
    return [];
  }
}
