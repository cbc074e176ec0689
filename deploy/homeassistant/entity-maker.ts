/** What all entities of one device have in common. */
import type { BoardTopics } from "../mqtt/topics.ts";
import type { Availability, Component, Platform } from "./component.ts";
import { boardOnline, readingTrusted } from "./templates.ts";

/** Makes entities; topics and ids are the device's. */
export class EntityMaker {
  readonly #topics: BoardTopics;
  readonly #device: string;
  readonly #prefix: string;

  /** `prefix`: begins every `unique_id` of the device. */
  constructor(topics: BoardTopics, device: string, prefix: string) {
    this.#topics = topics;
    this.#device = device;
    this.#prefix = prefix;
  }

  /** The device's own topics. */
  get stateTopic(): string {
    return this.#topics.state(this.#device);
  }

  get setTopic(): string {
    return this.#topics.set(this.#device);
  }

  get eventTopic(): string {
    return this.#topics.event(this.#device);
  }

  readingTopic(reading: string): string {
    return this.#topics.reading(this.#device, reading);
  }

  /** What all entities have that say nothing else: they are there as long as the board is. */
  get shared(): { readonly availability: readonly Availability[]; readonly availability_mode: "all" } {
    return { availability: [boardOnline(this.#topics.status)], availability_mode: "all" };
  }

  /** An entity that is there as long as the board is. */
  ofBoard(platform: Platform, id: string, name: string | null, fields: Fields): Component {
    return { platform, unique_id: `${this.#prefix}_${id}`, name, qos: 1, ...fields };
  }

  /** An entity that is there as long as the board is and its reading can be believed. */
  ofReading(platform: Platform, reading: string, name: string | null, fields: Fields): Component {
    const topic = this.readingTopic(reading);
    const { availability, availability_mode } = this.shared;
    const both = { availability: [...availability, readingTrusted(topic)], availability_mode };
    return this.ofBoard(platform, reading, name, { state_topic: topic, ...both, ...fields });
  }
}

type Fields = Readonly<Record<string, unknown>>;
