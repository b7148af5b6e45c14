/**
 * What values an option takes, as data: from it follow the TypeScript type, the check, the words of errors, the text
 * of a command line and a JSON schema. `nullable` allows `null`, which is written `none` on command lines.
 */
export type Kind = { readonly nullable?: boolean } & (
  | IntegerKind
  | NumberKind
  | TextKind
  | BooleanKind
  | ChoiceKind
  | PairKind
  | MapKind
  | ListKind
  | EitherKind
  | RecordKind
  | OptionsKind
);

export interface IntegerKind {
  readonly type: "integer";
  readonly min?: number;
  /** Of everything that is counted there can be too much: see `most`. */
  readonly max: number;
}

/** A finite number. */
export interface NumberKind {
  readonly type: "number";
  readonly min?: number;
  /** Larger than this. */
  readonly above?: number;
  readonly max?: number;
  /** Smaller than this. */
  readonly below?: number;
}

/** Not empty. */
interface TextKind {
  readonly type: "text";
  /** Regular expression that the text has to match, and what that is in words. */
  readonly pattern?: string;
  readonly expected?: string;
  /** Some of the texts, for help: `{choices}` there stands for them. */
  readonly known?: readonly string[];
  /** How it will be read: throws INVALID_ARGUMENT, with what is expected, for a text that means nothing. */
  readonly reads?: (text: string) => unknown;
}

interface BooleanKind {
  readonly type: "boolean";
}

interface ChoiceKind {
  readonly type: "choice";
  readonly of: readonly string[];
}

/** `span`: any two numbers. `range`: 0 < low ≤ high. */
interface PairKind {
  readonly type: "span" | "range";
}

/** Texts by name, `x=FILE` on command lines; with `keys` no other names, and several between commas. */
export interface MapKind {
  readonly type: "map";
  readonly keys?: readonly string[];
  readonly expected: string;
}

interface ListKind {
  readonly type: "list";
  readonly of: Kind;
  /** On command lines every element is a word of its own, as files are; else commas are between them. */
  readonly words?: boolean;
}

/** The first kind that a value is of. */
interface EitherKind {
  readonly type: "either";
  readonly of: readonly Kind[];
}

/** A spec within a spec. Where it is `partial`, what is not given stays so. */
export interface RecordKind {
  readonly type: "record";
  readonly of: Table;
  readonly partial?: boolean;
}

/** Options by name, of a table that is not known here: whoever uses them checks them. */
export interface OptionsKind {
  readonly type: "options";
  readonly expected: string;
}

/** What an option is about, where not about everything. */
export type Subject = "vectors" | "images" | "flows";

/** One option: all that is known of it. */
export type Row = Kind & {
  /** A sentence for people, without capital and full stop. `{choices}` stands for the names of a choice. */
  readonly help: string;
  readonly default?: unknown;
  /** Other defaults for these subjects. */
  readonly defaultFor?: Partial<Readonly<Record<Subject, unknown>>>;
  /** What happens without a value, in words, where it depends on more than this table knows. */
  readonly otherwise?: string;
  readonly required?: boolean;
  /** What it applies to. Default: everything. */
  readonly appliesTo?: readonly Subject[];
  readonly unit?: string;
  /** What stands for the value in help: `n`, `folder`. */
  readonly placeholder?: string;
  /** On the command line. Default: the name with hyphens; `none`: in files only; `argument`: without a flag. */
  readonly flag?: string;
  /** Help of a flag that turns a switch off. */
  readonly flagHelp?: string;
  /** Other names in files. */
  readonly aliases?: readonly string[];
  /** Heading in help. */
  readonly group?: string;
};

/** The options of one thing, by name, in the order of help. */
export type Table = { readonly [name: string]: Row };
