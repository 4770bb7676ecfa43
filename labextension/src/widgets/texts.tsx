// The dashboard of explained texts, live.
import { textboard } from "../boards/textboard";
import { live } from "../live/host";

export default live(textboard);
