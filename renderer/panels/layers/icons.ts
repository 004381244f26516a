/** The sign of each layer that has no picture of its own. */
import Aperture from '@lucide/svelte/icons/aperture';
import ChartColumn from '@lucide/svelte/icons/chart-column';
import Circle from '@lucide/svelte/icons/circle';
import Contrast from '@lucide/svelte/icons/contrast';
import Droplet from '@lucide/svelte/icons/droplet';
import Eclipse from '@lucide/svelte/icons/eclipse';
import Folder from '@lucide/svelte/icons/folder';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import Palette from '@lucide/svelte/icons/palette';
import Slash from '@lucide/svelte/icons/slash';
import Spline from '@lucide/svelte/icons/spline';
import Square from '@lucide/svelte/icons/square';
import Thermometer from '@lucide/svelte/icons/thermometer';
import Triangle from '@lucide/svelte/icons/triangle';
import Type from '@lucide/svelte/icons/type';
import Image from '@lucide/svelte/icons/image';
import type { Component } from 'svelte';
import type { Adjustment, Layer, ShapeLayer } from '../../document/types.js';

type Icon = Component<{ size?: number }>;

export const ADJUSTMENT_ICONS: Readonly<Record<Adjustment['kind'], Icon>> = {
  'brightness-contrast': Contrast,
  levels: ChartColumn,
  curves: Spline,
  'hue-saturation': Palette,
  exposure: Aperture,
  temperature: Thermometer,
  blur: Droplet,
  sharpen: Triangle,
  grayscale: Eclipse,
};

const SHAPE_ICONS: Readonly<Record<ShapeLayer['shape'], Icon>> = {
  rectangle: Square,
  ellipse: Circle,
  line: Slash,
};

/** @param open whether a group's layers are listed */
export function iconOf(layer: Layer, open: boolean): Icon {
  switch (layer.type) {
    case 'group':
      return open ? FolderOpen : Folder;
    case 'text':
      return Type;
    case 'shape':
      return SHAPE_ICONS[layer.shape];
    case 'adjustment':
      return ADJUSTMENT_ICONS[layer.adjustment.kind];
    case 'raster':
      return Image;
  }
}
