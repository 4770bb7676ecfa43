// The dashboard of an explanation, live.
import { live } from "../live/host";
import { dashboard } from "../dashboard/app";

export default live(dashboard);
