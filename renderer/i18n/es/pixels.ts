import type { enPixels } from '../en/pixels.js';

/** What painting, selecting and adjusting say, in Spanish. */
export const esPixels: Readonly<Record<keyof typeof enPixels, string>> = {
  'layers.alphaLocked': 'Los píxeles transparentes están bloqueados',
  'layers.thumbnail.hint':
    '{mod}+clic selecciona lo que muestra; con {shift} además, con {alt} sin ello',
  'canvas.moveSelected': 'Mover píxeles seleccionados',
  'canvas.moveOutline': 'Mover selección',
  'blend.through': 'Atravesar',
  'adjust.channel': 'Canal',
  'adjust.channel.all': 'Todos los canales',
  'adjust.channel.red': 'Rojo',
  'adjust.channel.green': 'Verde',
  'adjust.channel.blue': 'Azul',
  'amount.border': 'Borde de la selección',
  'amount.smooth': 'Suavizar selección',
  'tool.gradient.reflected': 'Reflejado',
  'tool.gradient.conical': 'Cónico',
  'tool.gradient.transparent': 'Hacia transparente',
  'tool.smoothing': 'Suavizado',
  'tool.aligned': 'Alineado',
  'error.NOTHING_SELECTED':
    'Nada de esta capa está en la selección; selecciona algo de ella, o deselecciona para moverla entera.',
  'error.EMPTY_FOLDER': 'La carpeta no contiene ninguna imagen que se pueda abrir.',
};
