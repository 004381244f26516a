/** What stands on the keys of an English board, where it is not what shortcuts call them. */
export const enKeys: Readonly<Record<string, string>> = {
  Escape: 'Esc',
  Delete: 'Del',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
};
