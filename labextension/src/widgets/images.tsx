// The dashboard of explained images, live.
import { imageboard } from "../boards/imageboard";
import { live } from "../live/host";

export default live(imageboard);
