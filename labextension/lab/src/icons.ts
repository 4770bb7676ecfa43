// Our icons, in the colours of the theme.
import { LabIcon } from '@jupyterlab/ui-components';

export const synapseIcon = new LabIcon({
  name: 'synapse-magic:icon',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 22 22">
  <g class="jp-icon3" fill="#616161">
    <path d="M5.6 6.2 16 11 5.6 16.2l-.9-1.6L12 11 4.7 7.8z"/>
    <circle cx="5" cy="6.6" r="2.9"/><circle cx="5" cy="15.6" r="2.9"/>
    <circle cx="16.2" cy="11" r="3.7"/>
  </g></svg>`
});
