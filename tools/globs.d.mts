interface Pattern {
  readonly negated: boolean;
  matches(path: string): boolean;
}
export declare function parsePattern(text: string): Pattern;
export declare function takesIn(patterns: readonly Pattern[], path: string): boolean;
