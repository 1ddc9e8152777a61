"""Parts of the build of the documentation's site. No part of the distribution."""
