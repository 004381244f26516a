/** The crop tool and guides, in Spanish. */
import type { enCrop } from '../en/crop.js';

export const esCrop: Readonly<Record<keyof typeof enCrop, string>> = {
  'crop.box': 'Marco de recorte',
  'crop.status': 'Marco de recorte: {width} × {height} píxeles en {x}, {y}',
  'crop.place': '{x}, {y}',
  'crop.ratio': 'Proporción',
  'crop.ratio.free': 'Libre',
  'crop.ratio.original': 'Original',
  'crop.turn': 'Proporción al revés',
  'crop.deletes': 'Borrar lo recortado',
  'crop.handle.n': 'Borde superior del marco de recorte',
  'crop.handle.ne': 'Esquina superior derecha del marco de recorte',
  'crop.handle.e': 'Borde derecho del marco de recorte',
  'crop.handle.se': 'Esquina inferior derecha del marco de recorte',
  'crop.handle.s': 'Borde inferior del marco de recorte',
  'crop.handle.sw': 'Esquina inferior izquierda del marco de recorte',
  'crop.handle.w': 'Borde izquierdo del marco de recorte',
  'crop.handle.nw': 'Esquina superior izquierda del marco de recorte',
  'guide.moved': 'Mover guía',
  'guide.removed': 'Quitar guía',
  'guide.axis': 'Dirección',
  'guide.axis.horizontal': 'Horizontal',
  'guide.axis.vertical': 'Vertical',
  'guide.position': 'Posición',
};
