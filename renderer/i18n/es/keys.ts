/** What stands on the keys of a Spanish board, where it is not what shortcuts call them. */
export const esKeys: Readonly<Record<string, string>> = {
  Escape: 'Esc',
  Delete: 'Supr',
  Backspace: 'Retroceso',
  Enter: 'Intro',
  Space: 'Espacio',
  Shift: 'Mayús',
  Insert: 'Insert',
  Home: 'Inicio',
  End: 'Fin',
  PageUp: 'RePág',
  PageDown: 'AvPág',
};
