// The model builder, live.
import { builder } from "../builder/app";
import { live } from "../live/host";

export default live(builder);
