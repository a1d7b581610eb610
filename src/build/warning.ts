/** Something that works but is hardly meant; callers decide whether and how to show it. */
export interface BuildWarning {
  /** Relative to the project root. */
  readonly file: string
  readonly message: string
  /** What to change, as one imperative sentence. */
  readonly fix: string
}
