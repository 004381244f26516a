import type { enPixels } from '../en/pixels.js';

/** What painting, selecting and adjusting say, in Spanish. */
export const esPixels: Readonly<Record<keyof typeof enPixels, string>> = {
  'layers.alphaLocked': 'Los píxeles transparentes están bloqueados',
  'layers.thumbnail.hint':
    '{mod}+clic selecciona lo que muestra; con {shift} además, con {alt} sin ello',
  'canvas.moveSelected': 'Mover píxeles seleccionados',
  'canvas.turnSelected': 'Girar píxeles seleccionados',
  'canvas.moveOutline': 'Mover selección',
  'canvas.layersHere': 'Capas aquí',
  'canvas.isSelected': 'seleccionada',
  'canvas.noLayerHere': 'Aquí no se ve ninguna capa',
  'tool.autoSelect': 'Selección automática',
  'tool.autoSelect.hint':
    'Al pulsar se selecciona la capa que hay debajo. {mod} hace lo contrario, Mayús añade.',
  'tool.picks': 'Qué se selecciona al pulsar',
  'tool.picks.layer': 'Capa',
  'tool.picks.group': 'Grupo',
  'properties.several': '{count} capas seleccionadas.',
  'properties.someLocked':
    'Una de las capas seleccionadas está bloqueada: desbloquéala para cambiarlas.',
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
