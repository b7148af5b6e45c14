/** Where a long run keeps what it needs to go on. */
export interface Store {
  /** @returns undefined where there is nothing of that name. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Writes a whole file or none. */
  write(name: string, content: Uint8Array): Promise<void>;
  /** Nothing happens where there is nothing. */
  remove(name: string): Promise<void>;
}

/** A store that can forget what was read or written through it: of a run that came to its end nothing is needed. */
export interface TrackedStore extends Store {
  clear(): Promise<void>;
}

/** A store over another that knows what went through it. */
export function trackedStore(store: Store): TrackedStore {
  const seen = new Set<string>();
  const named = (name: string): string => {
    seen.add(name);
    return name;
  };
  return {
    read: (name) => store.read(named(name)),
    write: (name, content) => store.write(named(name), content),
    remove: (name) => store.remove(named(name)),
    clear: async () => {
      for (const name of seen) await store.remove(name);
      seen.clear();
    },
  };
}

/** The store of a run inside another. */
export const storeBelow = (store: Store, folder: string): Store => ({
  read: (name) => store.read(`${folder}/${name}`),
  write: (name, content) => store.write(`${folder}/${name}`, content),
  remove: (name) => store.remove(`${folder}/${name}`),
});

/** Keeps nothing. */
export const noStore: Store = {
  read: async () => undefined,
  write: async () => {},
  remove: async () => {},
};
