/** What is known of a GPIO chip, by its character device, without requesting any of its lines. */
export type GpioSurvey =
  | {
      readonly path: string;
      readonly label: string;
      readonly lines: number;
      /** Lines that somebody has; `consumer` is what it calls itself. */
      readonly used: readonly { readonly offset: number; readonly name: string; readonly consumer: string }[];
      readonly error?: never;
    }
  | { readonly path: string; readonly error: string };
